import type { Classifications } from '../../api/client';
import type { OperationScreen, ReportProps } from '../task';
import { ClassificationReportCards } from './classification-report';
import { Classified } from './classified';
import { ClassifyFields, type ClassifyRequest } from './classify-fields';
import { ClassificationFigures } from './figures';
import type { ClassificationReport } from './report';
import { questions } from './sample';

const EXAMPLE_TEXT = 'My card has not arrived yet';

const classifications: OperationScreen<ClassifyRequest, Classifications> = {
  initial: { text: '', topK: 5, explain: true, nearest: 3 },
  toExample: (request) => ({ ...request, text: request.text || EXAMPLE_TEXT }),
  Fields: ClassifyFields,
  Answer: Classified,
  texts: {
    submit: 'tasks.classification.submit',
    emptyTitle: 'tasks.classification.emptyTitle',
    emptyText: 'tasks.classification.emptyText',
  },
};

export const classification = {
  operations: { classifications },
  Figures: ClassificationFigures,
  sample: questions,
  // A method, as the registry holds reports of every form.
  Report(props: ReportProps<ClassificationReport>) {
    return ClassificationReportCards(props);
  },
};
