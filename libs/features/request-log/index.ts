export { RequestLogModule } from './request-log.module.js';
export { RequestLogRecorder } from './request-log.recorder.js';
