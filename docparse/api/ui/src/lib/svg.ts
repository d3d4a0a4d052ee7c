/** What drawing libraries make of model text is walked once more: only drawing is left, nothing that runs or loads. */

const REFUSED = new Set(['script', 'foreignobject', 'iframe', 'image', 'use', 'a', 'animate', 'set', 'animatemotion',
  'animatetransform', 'handler', 'listener', 'style', 'link', 'audio', 'video', 'object', 'embed'])

export function cleanSvg(root: Element): void {
  for (const element of [...root.querySelectorAll('*')]) {
    if (REFUSED.has(element.localName.toLowerCase())) {
      element.remove()
      continue
    }
    cleanAttributes(element)
  }
  cleanAttributes(root)
}

function cleanAttributes(element: Element): void {
  for (const attribute of [...element.attributes]) {
    const name = attribute.localName.toLowerCase()
    const loads = /url\((?!\s*['"]?#)/i.test(attribute.value)
    if (name.startsWith('on') || name === 'href' || name === 'src' || loads) element.removeAttributeNode(attribute)
  }
}
