/** JSON Schema of control files and case files, for editors: from the same shapes that read them. */
import type { JsonObject } from '@belay/protocol';
import { casesShape } from '../cases/parse.ts';
import { controlShape } from './shapes.ts';

const dialect = 'https://json-schema.org/draft/2020-12/schema';

export const controlSchema = (): JsonObject => ({ $schema: dialect, title: 'Belay control', ...controlShape.schema });
export const casesSchema = (): JsonObject => ({ $schema: dialect, title: 'Belay cases', ...casesShape.schema });
