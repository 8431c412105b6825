import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { samples } from '../../../tasks/tasks';
import { QueryView } from '../../../ui/query-view';
import { apiKeysQuery } from '../../api-keys/api-keys.queries';
import { isLive } from '../../api-keys/key-status';
import { dataSetsQuery } from '../../data-sets/data-sets.queries';
import { hasRows } from '../../data-sets/rows-of';
import { deploymentsQuery } from '../../deployments/deployments.queries';
import { modelsQuery } from '../../models/models.queries';
import { ProjectHome } from '../project-home';
import { CallCard } from './call-card';
import { FirstModelCard } from './first-model-card';
import { SampleCard } from './sample-card';
import { StartCard } from './start-card';
import { StepsBar } from './steps-bar';
import { TrainCard } from './train-card';

/** A project until it answers: the one next step, large, under how far it is. Then what it does. */
export function FirstSteps({ projectId }: { projectId: string }) {
  const { sample } = useSearch({ from: '/app/projects/$projectId/' });
  const dataSets = useQuery(dataSetsQuery(projectId));
  const models = useQuery(modelsQuery(projectId));
  const deployments = useQuery(deploymentsQuery(projectId));
  const apiKeys = useQuery(apiKeysQuery(projectId));
  return (
    <QueryView query={dataSets}>
      {(sets) => (
        <QueryView query={models}>
          {(trained) => (
            <QueryView query={deployments}>
              {(live) => {
                const counts = [
                  sets.filter(hasRows).length,
                  trained.length,
                  live.length,
                  apiKeys.data?.filter(isLive).length ?? 0,
                ];
                if (counts.every((count) => count > 0)) return <ProjectHome projectId={projectId} />;
                const [model, deployment] = [trained[0], live[0]];
                return (
                  <div className="space-y-5">
                    <StepsBar projectId={projectId} counts={counts} />
                    {sample && Object.hasOwn(samples, sample) ? (
                      <SampleCard projectId={projectId} sample={samples[sample]!} />
                    ) : deployment ? (
                      <CallCard deployment={deployment} />
                    ) : model ? (
                      <FirstModelCard model={model} />
                    ) : sets.length > 0 ? (
                      <TrainCard projectId={projectId} dataSets={sets} />
                    ) : (
                      <StartCard projectId={projectId} />
                    )}
                  </div>
                );
              }}
            </QueryView>
          )}
        </QueryView>
      )}
    </QueryView>
  );
}
