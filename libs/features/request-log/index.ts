export { RequestLogModule } from './request-log.module.js';
export { type LoggedRequest, RequestLogRecorder } from './request-log.recorder.js';
