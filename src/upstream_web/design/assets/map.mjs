// The map that moves: the figures of the page's own file, shaded as the drawn map is. Its ground is blank unless the
// site has a tile server of its own choice.
import { AttributionControl, Map, NavigationControl, Popup, ScaleControl, setWorkerUrl } from 'maplibre-gl'

// the shades of the drawn maps, few to many
const HEAT = ['#f3f6f8', '#d6e3ee', '#a9c6de', '#6f9fc4', '#3a6f9f', '#12406b']
const WITHHELD = 'under 5'

export async function open (place) {
  const { title, url, around, tiles, attribution, worker, styles } = place.dataset
  setWorkerUrl(new URL(worker, location.href).href)
  const [shown, beside] = await Promise.all([read(url), around ? read(around) : null, style(styles)])
  const frame = document.createElement('div')
  frame.className = 'app-moving-map__frame'
  const said = document.createElement('p')
  said.className = 'govuk-body-s'
  said.setAttribute('role', 'status')
  said.textContent = 'Drag or use the arrow keys to move, plus and minus to come nearer; press a place, or Enter for the middle one, to read its figures. The table has them all.'
  place.append(frame, said)
  const map = new Map({
    container: frame, bounds: boxOf(beside && beside.features.length ? beside : shown), fitBoundsOptions: { padding: 16 },
    style: ground(tiles), attributionControl: false, cooperativeGestures: true,
    locale: { 'Map.Title': `${title}: a map to move around in` }
  })
  map.addControl(new NavigationControl({ showCompass: false }))
  map.addControl(new ScaleControl())
  if (attribution) map.addControl(new AttributionControl({ customAttribution: attribution }))
  map.once('load', () => { draw(map, place.dataset, shown, beside); frame.dataset.ready = 'yes' })
  const tell = (point, at) => {
    const [found] = map.queryRenderedFeatures(point, { layers: ['places'] })
    if (!found) return
    const words = wordsOf(found.properties, place.dataset.shade)
    said.textContent = words
    new Popup({ focusAfterOpen: false }).setLngLat(at).setText(words).addTo(map)
  }
  map.on('click', event => tell(event.point, event.lngLat))
  map.getCanvas().addEventListener('keydown', event => {
    if (event.key === 'Enter') tell(map.project(map.getCenter()), map.getCenter())
  })
  map.getCanvas().focus()
}

async function read (url) {
  const answer = await fetch(url, { credentials: 'same-origin' })
  if (!answer.ok) throw new Error(`the map's figures could not be read: ${answer.status}`)
  return answer.json()
}

function style (href) {
  return new Promise(resolve => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: resolve, onerror: resolve })
    document.head.append(link)
  })
}

function ground (tiles) {
  const paper = { id: 'paper', type: 'background', paint: { 'background-color': '#ffffff' } }
  if (!tiles) return { version: 8, sources: {}, layers: [paper] }
  return {
    version: 8,
    sources: { ground: { type: 'raster', tiles: [tiles], tileSize: 256 } },
    layers: [paper, { id: 'ground', type: 'raster', source: 'ground' }]
  }
}

function draw (map, { shade, ringed }, shown, beside) {
  if (beside) {
    map.addSource('around', { type: 'geojson', data: beside })
    map.addLayer({ id: 'around', type: 'line', source: 'around', paint: { 'line-color': '#55758f', 'line-width': 1.5 } })
  }
  map.addSource('places', { type: 'geojson', data: shown })
  map.addLayer({ id: 'places', type: 'fill', source: 'places', paint: { 'fill-color': shades(shown, shade), 'fill-opacity': 0.8 } })
  map.addLayer({ id: 'edges', type: 'line', source: 'places', paint: { 'line-color': '#ffffff', 'line-width': 0.5 } })
  if (ringed) {
    // every place, or those with a value: a line keeps its width however far away the map is
    const [name, value] = ringed.split('=')
    const chosen = ringed === 'every' ? {} : { filter: ['==', ['get', name], value] }
    map.addLayer({ id: 'ringed', type: 'line', source: 'places', ...chosen, paint: { 'line-color': '#a5173a', 'line-width': 3 } })
  }
}

// equal shares of the places with any, as on the drawn map; those withheld are palest
function shades (shown, name) {
  const known = shown.features.map(one => one.properties[name]).filter(value => value > 0).sort((a, b) => a - b)
  const cuts = [...new Set([1, 2, 3, 4].map(at => known[Math.floor(at * (known.length - 1) / 5)]))].filter(cut => cut > known[0])
  const value = ['coalesce', ['get', name], 0]
  const steps = cuts.flatMap((cut, at) => [cut, HEAT[HEAT.length - cuts.length + at]])
  return known.length ? ['step', value, HEAT[0], known[0], HEAT[HEAT.length - cuts.length - 1], ...steps] : HEAT[0]
}

function wordsOf (properties, shade) {
  const value = properties[shade]
  const of = { count: 'counted', events: 'events', ratio: 'times as many as expected', rate_per_1000: 'to 1,000 residents' }[shade] || shade
  const shown = value === null || value === undefined ? WITHHELD : Number(value).toLocaleString('en-GB', { maximumFractionDigits: 1 })
  const called = properties.called && properties.called !== 'not certain' ? `, ${properties.called}` : ''
  return `${properties.name || 'A place'}: ${shown} ${of}${called}`
}

function boxOf (collection) {
  const box = [[180, 90], [-180, -90]]
  const each = at => {
    if (typeof at[0] !== 'number') return at.forEach(each)
    box[0] = [Math.min(box[0][0], at[0]), Math.min(box[0][1], at[1])]
    box[1] = [Math.max(box[1][0], at[0]), Math.max(box[1][1], at[1])]
  }
  collection.features.forEach(one => each(one.geometry.coordinates))
  return collection.features.length ? box : [[-8, 49.8], [2, 59]]
}
