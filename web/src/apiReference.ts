/** The interactive reference of the API, from the service's own document; nothing is asked of anybody else. */

import 'swagger-ui-dist/swagger-ui.css'
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'

SwaggerUI({
  url: '/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  // The badge of an online validator would be the one request to a stranger.
  validatorUrl: null,
})
