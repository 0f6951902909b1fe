// Copies the one font file that the styles name, the favicon, and the worker and styles of the map that moves.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const built = 'src/upstream_web/design/static/upstream/files'
mkdirSync(built, { recursive: true })
copyFileSync(
  'node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2',
  `${built}/source-sans-3.woff2`
)
copyFileSync('src/upstream_web/design/assets/favicon.svg', `${built}/favicon.svg`)
const maplibre = 'node_modules/maplibre-gl/dist'
// without its last line, which names a file of the makers' own
const worker = readFileSync(`${maplibre}/maplibre-gl-worker.mjs`, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
writeFileSync(`${built}/../map-worker.js`, worker)
copyFileSync(`${maplibre}/maplibre-gl.css`, `${built}/../map.css`)
mkdirSync(`${built}/images`, { recursive: true })
copyFileSync(
  'node_modules/@ministryofjustice/frontend/moj/assets/images/icon-document.svg',
  `${built}/images/icon-document.svg`
)
