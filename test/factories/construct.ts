import { SELF_DECLARED_DEPS_METADATA } from '@nestjs/common/constants.js';
import type { TestApi } from './api.js';

/** One of the worker's services with what the API has of the same, so that a test can have it work at a time of its own. */
export function construct<T>(api: TestApi, type: new (...dependencies: never[]) => T): T {
  const types: unknown[] = Reflect.getMetadata('design:paramtypes', type) ?? [];
  const named: { index: number; param: unknown }[] = Reflect.getMetadata(SELF_DECLARED_DEPS_METADATA, type) ?? [];
  const dependencies = types.map((each, place) => {
    const token = named.find(({ index }) => index === place)?.param ?? each;
    return api.app.get(token as never, { strict: false });
  });
  return new type(...(dependencies as never[]));
}
