import { type Cluster, ask } from './cluster.ts';

/** The least that following Jobs needs, all of it inside one namespace. The chart's Role is the same list. */
export const RIGHTS: { group: string; resource: string; subresource?: string; verbs: string[] }[] =
  [
    { group: 'batch', resource: 'jobs', verbs: ['create', 'get', 'list', 'watch', 'delete'] },
    { group: '', resource: 'pods', verbs: ['list', 'watch'] },
    { group: '', resource: 'pods', subresource: 'log', verbs: ['get'] },
    { group: '', resource: 'events', verbs: ['list'] },
  ];

/** Rights that whoever asks lacks, as `kubectl auth can-i` names them, e.g. `create jobs.batch`. */
export async function findMissingRights(
  { authorization }: Pick<Cluster, 'authorization'>,
  namespace: string,
  patience: number,
): Promise<string[]> {
  const asked = RIGHTS.flatMap(({ verbs, ...of }) => verbs.map((verb) => ({ verb, ...of })));
  const missing = await Promise.all(
    asked.map(async ({ verb, group, resource, subresource }) => {
      const resourceAttributes = {
        namespace,
        verb,
        group,
        resource,
        ...(subresource && { subresource }),
      };
      const { status } = await ask(
        () =>
          authorization.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } }),
        patience,
      );
      const name = [resource, subresource].filter(Boolean).join('/');
      return status?.allowed ? [] : [`${verb} ${name}${group && `.${group}`}`];
    }),
  );
  return missing.flat();
}
