// A slider beside each weight, for hands; the number stays the field that is sent.
export function sliding () {
  for (const form of document.querySelectorAll('form[data-app-sliders]')) {
    for (const number of form.querySelectorAll('input[id^="id_w_"]')) {
      const slider = document.createElement('input')
      slider.type = 'range'
      slider.min = '0'
      slider.max = '100'
      slider.value = number.value || '0'
      slider.className = 'app-slider'
      slider.setAttribute('aria-label', form.querySelector(`label[for="${number.id}"]`).textContent.trim())
      slider.addEventListener('input', () => { number.value = slider.value })
      number.addEventListener('input', () => { slider.value = number.value || '0' })
      number.after(slider)
    }
  }
}
