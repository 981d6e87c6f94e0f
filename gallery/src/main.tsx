import './styles/index.css';
import { render } from 'preact';
import { App } from './app';
import { watchExpiry } from './session/expiry';
import { watchNetwork } from './session/network';
import { watchAddress } from './session/router';
import { start } from './session/session';
import { watchLanguage } from './text/language';

void start(); // takes the tokens out of the address before anything else
watchAddress();
watchLanguage();
watchNetwork();
watchExpiry();
render(<App />, document.getElementById('app')!);
