// Copies the one font file that the styles name, and the favicon, beside what was built.
import { copyFileSync, mkdirSync } from 'node:fs'

const built = 'src/upstream_web/design/static/upstream/files'
mkdirSync(built, { recursive: true })
copyFileSync(
  'node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2',
  `${built}/source-sans-3.woff2`
)
copyFileSync('src/upstream_web/design/assets/favicon.svg', `${built}/favicon.svg`)
mkdirSync(`${built}/images`, { recursive: true })
copyFileSync(
  'node_modules/@ministryofjustice/frontend/moj/assets/images/icon-document.svg',
  `${built}/images/icon-document.svg`
)
