/** Molecules by SmilesDrawer. */

import SmilesDrawer from 'smiles-drawer'
import { cleanSvg } from './svg'

interface Drawer { draw(tree: unknown, target: SVGElement, theme: string): void }
interface Library {
  parse(smiles: string, ok: (tree: unknown) => void, failed: (error: unknown) => void): void
  SvgDrawer: new (options: Record<string, unknown>) => Drawer
}

const library = SmilesDrawer as unknown as Library

export async function drawMolecule(into: HTMLElement, smiles: string, dark: boolean): Promise<void> {
  const tree = await new Promise((resolve, reject) =>
    library.parse(smiles.trim(), resolve, () => reject(new Error('The SMILES does not parse.'))))
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('width', '320')
  svg.setAttribute('height', '220')
  into.append(svg)
  new library.SvgDrawer({ width: 320, height: 220, bondThickness: 1.1, terminalCarbons: true, compactDrawing: false }).draw(tree, svg, dark ? 'dark' : 'light')
  cleanSvg(svg)
}
