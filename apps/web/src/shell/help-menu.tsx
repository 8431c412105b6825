import { Activity, BookOpen, CircleHelp, MessageSquare } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { SupportMessageDialog } from '../dashboard/support/support-message-dialog';
import { Menu, MenuItem } from '../ui/menu';

/** Where to read more, and how to reach whoever runs this. */
export function HelpMenu() {
  const { t } = useTranslation();
  const [isWriting, setIsWriting] = useState(false);
  return (
    <>
      <Menu
        label={t('support.help')}
        trigger={
          <Button
            aria-label={t('support.help')}
            className="grid size-8 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
          >
            <CircleHelp aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem icon={MessageSquare} onAction={() => setIsWriting(true)}>
          {t('support.send')}
        </MenuItem>
        <MenuItem icon={BookOpen} onAction={() => window.location.assign('/docs')}>
          {t('support.docs')}
        </MenuItem>
        <MenuItem icon={Activity} onAction={() => window.location.assign('/status')}>
          {t('support.status')}
        </MenuItem>
      </Menu>
      {isWriting && <SupportMessageDialog onClose={() => setIsWriting(false)} />}
    </>
  );
}
