import { readFileSync, existsSync, readdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const root = dirname(fileURLToPath(import.meta.url))

/** Libraries that set styles as attributes or as <style> elements: both are refused by the page's policy, so that they
 * are set through the object model instead, and the rules of <style> stand in our own sheet. */
function styleThroughObjectModel(): Plugin {
  return {
    name: 'style-through-object-model',
    enforce: 'pre',
    transform(code, id) {
      if (!/node_modules\/(abcjs|smiles-drawer)\//.test(id)) return null
      return code
        .replace(/\.setAttribute\((['"])style\1,\s*((?:[^()]|\([^()]*\))+)\)/g, '.style.cssText = ($2)')
        .replace(/\.setAttributeNS\(null,\s*(['"])style\1,\s*((?:[^()]|\([^()]*\))+)\)/g, '.style.cssText = ($2)')
        .replace(/createElementNS\((["'])http:\/\/www\.w3\.org\/2000\/svg\1,\s*(["'])style\2\)/g,
          'createElementNS("http://www.w3.org/2000/svg", "metadata")')
    },
  }
}

/** KaTeX names each font in three formats; every browser that runs this page reads woff2. */
function woff2Only(): Plugin {
  return {
    name: 'woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('katex') || !id.endsWith('.css')) return null
      return code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\(["'](?:woff|truetype)["']\)/g, '')
    },
  }
}

/** The licences of what is bundled, taken from the packages whose modules are in the build. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_, bundle) {
      const found = new Set<string>()
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk')
          for (const id of chunk.moduleIds) {
            const match = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))
            if (match) found.add(match[0])
          }
      // what a package carries inside its own build
      for (const folder of [...found]) {
        const inner = join(folder, '..', 'chroma-js/')
        if (folder.endsWith('/smiles-drawer/') && existsSync(inner)) found.add(inner)
      }
      const texts = [...found].sort().map((folder) => {
        const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name))
        const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${about.license}`
        return `${about.name} ${about.version} (${about.license})\n${'-'.repeat(60)}\n${text}\n`
      })
      const head = 'The viewer of docparse holds code of these packages.\n\n'
      this.emitFile({ type: 'asset', fileName: 'third-party-licences.txt', source: head + texts.join('\n\n') })
    },
  }
}

/** A hash of everything that the build is made from; a test compares it with the sources. */
function sourcesHash(): Plugin {
  return {
    name: 'sources-hash',
    generateBundle() {
      const names = ['index.html', 'package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts']
      const walk = (folder: string) => {
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
          const path = join(folder, entry.name)
          if (entry.isDirectory()) walk(path)
          else names.push(relative(root, path).replaceAll('\\', '/'))
        }
      }
      for (const folder of ['src', 'public']) if (existsSync(join(root, folder))) walk(join(root, folder))
      const hash = createHash('sha256')
      for (const name of names.sort()) {
        hash.update(`${name}\n`)
        hash.update(createHash('sha256').update(readFileSync(join(root, name))).digest('hex') + '\n')
      }
      this.emitFile({ type: 'asset', fileName: 'sources.sha256', source: hash.digest('hex') + '\n' })
    },
  }
}

export default defineConfig({
  root,
  base: './',
  plugins: [styleThroughObjectModel(), woff2Only(), licences(), sourcesHash()],
  resolve: {
    alias: { 'smiles-drawer': resolve(root, 'node_modules/smiles-drawer/dist/smiles-drawer.mjs') },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // a data: address would be refused by the policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: true,
  },
  server: { proxy: { '/v1': process.env.DOCPARSE_URL ?? 'http://127.0.0.1:8000' } },
})
