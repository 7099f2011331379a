/** An element with a sentence, begun with a capital, whose values between backticks are set as code: `Marked` of editors. */
export function marked(tag: string, className: string, text: string): HTMLElement {
  const element = Object.assign(document.createElement(tag), { className });
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  sentence.split('`').forEach((part, at) => {
    if (at % 2 === 0) element.append(part);
    else element.append(Object.assign(document.createElement('code'), { textContent: part }));
  });
  return element;
}
