import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { Keys } from './keys.tsx'
import { Recipes } from './recipes.tsx'
import { Refused } from './refused.tsx'
import { Sessions } from './sessions.tsx'
import './connect.css'

export default function Connect() {
  const words = useWords()
  return (
    <Page title={words.say('connect')}>
      <Recipes />
      <Keys />
      <Sessions />
      <Refused />
    </Page>
  )
}
