declare module 'smiles-drawer'
declare module 'abcjs'
