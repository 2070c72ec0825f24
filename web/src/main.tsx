import '@fontsource-variable/noto-sans-sc/wght.css'
import './ui/base.css'
import './ui/console.css'
import './ui/boards.css'
import './ui/frame.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { LookProvider } from './app/look'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <LookProvider>
      <App />
    </LookProvider>
  </StrictMode>,
)
