/** The server over PostgreSQL keeps what every Belay has to keep. */
import { createWorld } from '../world.ts';
import { agentContract } from './agent-contract.ts';

agentContract('the server', createWorld);
