import { LoggerModule } from 'nestjs-pino';
import type { Config } from '../config/config.js';

/** JSON lines on standard output, one for each request, with secrets left out. */
export function loggingModule(config: Config) {
  return LoggerModule.forRoot({
    pinoHttp: {
      level: config.LOG_LEVEL,
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'request_id' },
      autoLogging: { ignore: (request) => ['/livez', '/readyz', '/metrics'].includes(request.url ?? '') },
      serializers: {
        req: ({ method, url }: { method: string; url: string }) => ({ method, path: url.split('?')[0] }),
        res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      },
    },
  });
}
