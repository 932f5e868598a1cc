import { useData } from '../../data.ts'
import { FailureNote, Loading, Page, Section } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { Conversions } from './conversions.tsx'
import { Discover } from './discover.tsx'
import { Downloads } from './downloads.tsx'
import { Installed } from './installed.tsx'
import { OtherFormats } from './other-formats.tsx'

export default function Models() {
  const words = useWords()
  const models = useData('listModels', { topics: ['models.changed', 'model.changed'] })
  return (
    <Page title={words.say('models')}>
      <Section title={words.say('installed')}>
        {models.failure && <FailureNote failure={models.failure} retry={models.refresh} />}
        {models.value ? <Installed models={models.value.data} /> : !models.failure && <Loading />}
      </Section>
      <Downloads />
      <Conversions />
      <OtherFormats />
      <Discover />
    </Page>
  )
}
