export { openTarget, sealTarget } from './target.js';
export { UrlSourcesModule } from './url-sources.module.js';
