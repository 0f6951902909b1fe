// Comfort for pages that work without it: progress that refreshes itself, a preview while one types.
const PAUSE = 700

export function refreshing () {
  for (const part of document.querySelectorAll('[data-refresh-every]')) {
    const seconds = Number(part.dataset.refreshEvery)
    setTimeout(async () => {
      try {
        const answer = await fetch(location.href, { credentials: 'same-origin' })
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
        const newer = page.getElementById(part.id)
        if (newer) part.replaceWith(newer)
      } catch {
        // a lost connection: try again at the next turn
      }
      refreshing()
    }, seconds * 1000)
  }
}

export function previewing () {
  for (const form of document.querySelectorAll('form[data-preview]')) {
    const into = document.getElementById(form.dataset.previewInto)
    let waiting, turn = 0
    form.addEventListener('input', () => {
      clearTimeout(waiting)
      waiting = setTimeout(async () => {
        const mine = ++turn
        const answer = await fetch(form.dataset.preview, { method: 'POST', body: new FormData(form), credentials: 'same-origin' })
        const words = await answer.text()
        if (answer.ok && !answer.redirected && mine === turn) into.innerHTML = words
      }, PAUSE)
    })
  }
}
