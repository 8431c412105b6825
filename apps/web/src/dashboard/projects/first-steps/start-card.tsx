import { useNavigate } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { samples } from '../../../tasks/tasks';
import { Button } from '../../../ui/button';
import { Card } from '../../../ui/card';
import { useMe } from '../../auth/auth.queries';
import { ImportForm } from '../../data-sets/preview/import-form';

/** A project with nothing in it: a sample, or a file of one's own. */
export function StartCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const { can } = useMe();
  const navigate = useNavigate();
  if (!can('project:write')) return <Card title={t('start.title')}>{t('start.notYours')}</Card>;
  return (
    <>
      <Card title={t('start.title')} hint={t('start.hint')}>
        <ul className="grid gap-4 md:grid-cols-2">
          {Object.entries(samples).map(([task, { texts, license }], place) => (
            <li key={task} className="flex flex-col items-start gap-3 rounded-md border border-line p-4">
              <p className="flex-1">{t(texts.about)}</p>
              <Button
                variant={place === 0 ? 'primary' : 'secondary'}
                onClick={() =>
                  void navigate({ to: '/projects/$projectId', params: { projectId }, search: { sample: task } })
                }
              >
                <Sparkles aria-hidden />
                {t(texts.action)}
              </Button>
              <a href={`/samples/${license}`} className="rounded text-xs text-muted underline hover:text-ink">
                {t(texts.credit)}
              </a>
            </li>
          ))}
        </ul>
      </Card>
      <section className="space-y-2">
        <h2 className="font-semibold">{t('start.own')}</h2>
        <p className="text-muted">{t('start.ownAbout')}</p>
        <ImportForm projectId={projectId} onImported={() => undefined} />
      </section>
    </>
  );
}
