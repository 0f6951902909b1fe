// A button that brings a map to move around in: nothing of it is loaded before somebody asks.
export function moving () {
  for (const place of document.querySelectorAll('[data-app-map]')) {
    const button = place.querySelector('button')
    place.hidden = false
    button.addEventListener('click', async () => {
      button.disabled = true
      const { open } = await import(place.dataset.appMap)
      button.remove()
      await open(place)
    })
  }
}
