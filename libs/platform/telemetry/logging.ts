import { LoggerModule } from 'nestjs-pino';
import type { Config } from '../config/config.js';

/** JSON lines on standard output. The API writes its own line for each request, so the module's middleware stays off. */
export function loggingModule(config: Config) {
  return LoggerModule.forRoot({ pinoHttp: { level: config.LOG_LEVEL, autoLogging: false }, forRoutes: [] });
}
