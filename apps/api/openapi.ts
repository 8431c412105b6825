import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { problemSchema } from '../../libs/platform/errors/problem.js';

/** OpenAPI 3.1 of every route, written from the zod schemas that validate and strip at run time. */
export function buildOpenApi(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Kindred')
    .setDescription('Recommenders for many tenants: upload interactions, train, deploy, recommend, pay by use.')
    .setVersion('1')
    .addSecurity('session', { type: 'apiKey', in: 'cookie', name: 'kindred_session' })
    .addSecurity('apiKey', { type: 'http', scheme: 'bearer', description: 'kin_live_…' })
    .addGlobalResponse({ status: 'default', description: 'Any error', standardSchema: problemSchema })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: toJsonSchema,
    operationIdFactory: (controller, method) => {
      const noun = controller.replace(/Controller$/, '');
      return noun[0]!.toLowerCase() + noun.slice(1) + method[0]!.toUpperCase() + method.slice(1);
    },
  });
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      nameProblems(operation.responses ?? {});
      if (!path.includes('{projectId}') && !operation['x-open-to-keys']) leaveKeysOut(operation);
      delete operation['x-open-to-keys'];
    }
  }
  return document;
}

/** A key is held to its project: what names none is closed to keys, unless it says that it sees to that itself. */
function leaveKeysOut(operation: { security?: Record<string, unknown>[] }): void {
  if (operation.security) operation.security = operation.security.filter((each) => !('apiKey' in each));
}

/** Errors are `application/problem+json`, which the generator cannot be told. */
function nameProblems(responses: Record<string, { content?: Record<string, unknown> }>): void {
  for (const [status, response] of Object.entries(responses)) {
    const isError = status === 'default' || Number(status) >= 400;
    if (isError && response.content)
      response.content = { 'application/problem+json': Object.values(response.content)[0] };
  }
}

function toJsonSchema(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  if (!(schema instanceof z.ZodType)) return undefined;
  const json = z.toJSONSchema(schema, { io: schemaType });
  const { $schema: _, $defs: components, ...rest } = json;
  return { schema: rest, ...(components && { components }) };
}
