import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DataSet } from '../../api/client';
import { useFormat } from '../../i18n/use-format';
import { useTerms } from '../../i18n/use-terms';
import { Card } from '../../ui/card';
import { BarChart } from '../../ui/chart/bar-chart';
import { Chart } from '../../ui/chart/chart';
import { Notice } from '../../ui/notice';
import { QueryView } from '../../ui/query-view';
import { qualityQuery } from './data-sets.queries';
import { Figures } from './statistic-tiles';

/** Whether a model can be trained of the rows, and how they are spread. */
export function QualityTab({ dataSet }: { dataSet: DataSet }) {
  const { t } = useTranslation();
  const terms = useTerms();
  const format = useFormat();
  const quality = useQuery(qualityQuery(dataSet));
  const shareOf = (share: number) => format.number(share, { style: 'percent', maximumSignificantDigits: 2 });
  return (
    <QueryView query={quality}>
      {({ verdict, findings, report, distributions }) => (
        <div className="space-y-4">
          {verdict && verdict.because.length > 0 ? (
            <Notice tone={verdict.isEnough ? 'success' : 'danger'}>
              <p className="font-medium">{t(verdict.isEnough ? 'quality.enough' : 'quality.notEnough')}</p>
              {verdict.because.map((sentence) => (
                <p key={sentence}>{terms.sentences(sentence)}</p>
              ))}
            </Notice>
          ) : (
            findings.length === 0 && <Notice tone="success">{t('quality.nothing')}</Notice>
          )}
          {findings
            .filter(({ blocks }) => !blocks)
            .map(({ code, sentence }) => (
              <Notice key={code} tone="warning">
                {terms.sentences(sentence)}
              </Notice>
            ))}
          <Figures
            figures={Object.entries(report).flatMap(([name, { meaning, type, value }]) => {
              if (value === null) return [];
              const shown =
                typeof value === 'string'
                  ? format.date(value)
                  : type === 'share'
                    ? shareOf(value)
                    : format.number(value);
              return [{ name: terms.name('statistics', name, meaning), value: shown }];
            })}
          />
          <div className="grid gap-4 lg:grid-cols-2">
            {Object.entries(distributions)
              .filter(([, { bars }]) => bars.length > 0)
              .map(([name, { meaning, labels, bars }]) => {
                const title = terms.name('distributions', name, meaning);
                const show = (label: string) => (labels === 'days' ? format.day(label) : label);
                const largest = bars.reduce((best, bar) => (bar.count > best.count ? bar : best));
                return (
                  <Card key={name} title={title}>
                    <Chart
                      title={title}
                      label={t('quality.chart', {
                        title,
                        label: show(largest.label),
                        count: format.number(largest.count),
                      })}
                      head={[t('quality.of'), t('quality.count')]}
                      rows={bars.map(({ label, count }) => [show(label), format.number(count)])}
                      chart={
                        <BarChart
                          points={bars.map(({ label, count }) => ({ start: label, count }))}
                          series={[{ key: 'count', name: t('quality.count'), color: 'var(--accent)' }]}
                          formatTick={(label) => (labels === 'days' ? format.shortDay(label) : label)}
                          formatStart={show}
                        />
                      }
                    />
                  </Card>
                );
              })}
          </div>
        </div>
      )}
    </QueryView>
  );
}
