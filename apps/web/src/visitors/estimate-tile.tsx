import { useTranslation } from 'react-i18next';
import type { PlanEstimate } from '../api/client';
import { useFormat } from '../i18n/use-format';
import { useTerms } from '../i18n/use-terms';
import { Badge } from '../ui/badge';
import { Allowances } from './allowances';

/** What a plan would bill, line by line; or what of it is too much for the plan. */
export function EstimateTile({ plan }: { plan: PlanEstimate }) {
  const { t } = useTranslation();
  const format = useFormat();
  const terms = useTerms();
  const { name, currency, lines, total, exceeded, isCheapest } = plan;
  const used = lines.filter(({ kind, quantity }) => kind === 'plan' || quantity !== '0');
  return (
    <li className={`rounded-lg border bg-surface p-5 ${isCheapest ? 'border-accent' : 'border-line'}`}>
      <div className="flex items-center justify-between gap-2">
        <h3 className="font-semibold">{name}</h3>
        {isCheapest && <Badge tone="accent">{t('visitors.cheapest')}</Badge>}
        {exceeded.length > 0 && <Badge tone="warning">{t('visitors.tooSmall')}</Badge>}
      </div>
      {exceeded.length > 0 ? (
        <ul className="mt-2 space-y-1 text-muted">
          <Allowances limits={exceeded} />
        </ul>
      ) : (
        <>
          <p className="mt-1">
            <span className="text-2xl font-semibold tabular-nums">{format.money(total, currency)}</span>{' '}
            <span className="text-muted">{t('visitors.aMonth')}</span>
          </p>
          <table aria-label={t('visitors.estimateFor', { plan: name })} className="mt-3 w-full tabular-nums">
            <tbody>
              {used.map((line) => (
                <tr key={`${line.kind} ${line.meter} ${line.deviceClass}`} className="border-t border-line align-top">
                  <th scope="row" className="py-1.5 pr-3 text-left font-normal">
                    {line.meter
                      ? terms.name('meters', line.meter)
                      : t(`billing.${line.kind === 'plan' ? 'planLine' : 'commitmentLine'}`, { plan: name })}
                    {line.meter && <span className="block text-xs text-muted">{format.number(line.quantity)}</span>}
                  </th>
                  <td className="py-1.5 text-right whitespace-nowrap">{format.money(line.amount, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </li>
  );
}
