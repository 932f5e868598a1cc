import { lazy, Suspense } from 'react'
import { Loading, Page } from '../../parts/page.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useTab } from '../../shell/route.ts'
import { useWords } from '../../words/words.tsx'
import { Requests } from './requests.tsx'
import './activity.css'

/** Fetched when it is opened: what draws it weighs more than all the rest. */
const Trends = lazy(() => import('./trends/trends.tsx'))

export default function Activity() {
  const words = useWords()
  const tab = useTab(['requests', 'trends'])
  return (
    <Page
      title={words.say('activity')}
      actions={<Tabs screen="activity" tabs={['requests', 'trends']} current={tab} />}
    >
      {tab === 'requests' ? (
        <Requests />
      ) : (
        <Suspense fallback={<Loading />}>
          <Trends />
        </Suspense>
      )}
    </Page>
  )
}
