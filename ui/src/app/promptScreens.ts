/** The screens of prompts: the only ones that most starts show, so they are asked for before the frame is drawn. */
export const promptScreens = () => import('../features/prompt/PromptsLayout');
