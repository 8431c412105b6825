import type { IConfiguration, IRegularForbiddenRuleType } from 'dependency-cruiser';

declare const importRules: IConfiguration & { forbidden: (IRegularForbiddenRuleType & { name: string })[] };
export default importRules;
