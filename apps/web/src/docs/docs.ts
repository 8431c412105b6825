import { readPreference, writePreference } from '../shell/preference';
import './docs.css';

/** The documentation is whole without this; it adds the filter, the theme and the language that were chosen in the dashboard. */
const { documentElement: root } = document;

const chosen = readPreference('language');
const address = new URL(location.href);
if (chosen && chosen !== root.lang && !address.searchParams.has('lang')) {
  address.searchParams.set('lang', chosen);
  location.replace(address);
}
document.querySelector<HTMLElement>('[data-language]')?.addEventListener('click', ({ currentTarget }) => {
  writePreference('language', (currentTarget as HTMLElement).dataset.language!);
});

const theme = document.querySelector<HTMLButtonElement>('#theme')!;
theme.hidden = false;
theme.addEventListener('click', () => {
  writePreference('theme', root.classList.toggle('dark') ? 'dark' : 'light');
});

const filter = document.querySelector<HTMLInputElement>('#filter')!;
const nothing = document.querySelector<HTMLElement>('#nothing')!;
const pages = [...document.querySelectorAll<HTMLDetailsElement>('#contents details')].map((page) => ({
  page,
  isOpen: page.open,
  entries: [...page.querySelectorAll<HTMLElement>('li[data-words]')],
}));
filter.hidden = false;
filter.addEventListener('input', () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const has = ({ dataset }: HTMLElement) => words.every((word) => dataset.words!.includes(word));
  for (const { page, isOpen, entries } of pages) {
    const isWhole = has(page);
    for (const entry of entries) entry.hidden = !isWhole && !has(entry);
    const isFound = isWhole || entries.some((entry) => !entry.hidden);
    page.hidden = !isFound;
    page.open = words.length > 0 ? isFound : isOpen;
  }
  nothing.textContent = pages.every(({ page }) => page.hidden) ? nothing.dataset.text! : '';
});
