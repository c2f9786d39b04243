/** Replaces popovers in browsers without them: opens one at a time, until Escape or a click elsewhere. */
export function replacePopovers() {
  document.documentElement.classList.add('without-popovers');
  document.addEventListener('click', press);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') document.querySelector('[popover].open')?.classList.remove('open');
  });
}

/** @param {{target: any}} event */
function press({ target }) {
  const wanted = document.getElementById(target.closest('[popovertarget]')?.getAttribute('popovertarget'));
  const within = target.closest('[popover]');
  for (const each of document.querySelectorAll('[popover]')) {
    each.classList.toggle('open', each === wanted ? !each.classList.contains('open') : each === within);
  }
}
