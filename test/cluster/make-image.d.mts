export function makeImage(image: {
  name: string;
  root: string;
  archive: string;
  workingFolder?: string;
  command?: string[];
}): void;
