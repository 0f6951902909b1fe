// Every page works without this file: it adds comfort to components that already work.
import { initAll } from 'govuk-frontend'
import { previewing, refreshing } from './live.mjs'
import { moving } from './maps.mjs'
import { sliding } from './sliders.mjs'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()
refreshing()
previewing()
sliding()
moving()
