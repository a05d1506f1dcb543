// Uploading a file: drop it, check its columns, rehearse it, run it. The rehearsal has an address of its own.

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { fieldsQuery } from '../../api/institutions.ts';
import { DropFile } from '../../parts/drop-file.tsx';
import { Empty } from '../../parts/empty.tsx';
import { useFeed } from '../../parts/feed.ts';
import { useCanEdit } from '../../parts/me.ts';
import { Page } from '../../parts/page.tsx';
import { ColumnsStep } from './columns-step.tsx';
import { RehearsalStep } from './rehearsal-step.tsx';
import { Steps } from './steps.tsx';

const route = getRouteApi('/shell/i/$institution/upload');

export function UploadPage() {
  const { institution: slug } = route.useParams();
  const { rehearsal } = route.useSearch();
  const canEdit = useCanEdit();
  const { feed, place } = useFeed(slug);
  const { data: fields } = useSuspenseQuery(fieldsQuery(slug));
  const [file, setFile] = useState<File | null>(null);
  const step = rehearsal !== undefined ? 3 : file !== null ? 2 : 1;
  return (
    <Page
      title="Upload a file"
      lead="What happens to it is what would happen to the same file by SFTP. You see everything before anything changes."
      times={step === 3}
    >
      {!canEdit ? (
        <Empty title="Viewers cannot upload files">Ask an administrator of your institution.</Empty>
      ) : (
        <>
          <Steps now={step} />
          {step === 1 && (
            <DropFile
              title="Drop a CSV file here, or choose one"
              hint="The first row holds the labels of the columns. Nothing is imported yet."
              onFile={setFile}
            />
          )}
          {step === 2 && file !== null && (
            <ColumnsStep
              key={`${file.name} ${file.lastModified} ${file.size}`}
              slug={slug}
              feed={feed}
              place={place}
              fields={fields.items}
              file={file}
              onFile={setFile}
            />
          )}
          {rehearsal !== undefined && (
            <RehearsalStep slug={slug} importId={rehearsal} onAnother={() => setFile(null)} />
          )}
        </>
      )}
    </Page>
  );
}
