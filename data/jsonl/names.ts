/** Names of tools and arguments that a call written as text can hold; OpenAI's and MCP's are among them. */
export const CALL_NAME = /^[A-Za-z_][\w.-]*$/;
export const NAME_PHRASE = 'a name of letters, digits, _, . and -, beginning with a letter or _';
