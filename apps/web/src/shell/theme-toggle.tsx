import { Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { chooseTheme, useIsDark } from './theme';

export function ThemeToggle() {
  const { t } = useTranslation();
  const isDark = useIsDark();
  const Icon = isDark ? Sun : Moon;
  const label = isDark ? t('shell.useLight') : t('shell.useDark');
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(isDark ? 'light' : 'dark')}
      className="grid size-8 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
