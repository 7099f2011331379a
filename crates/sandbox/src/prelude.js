// What a function finds beside the language. It answers with what guards its result.
(() => {
  "use strict";
  const { construct } = Reflect;
  const { defineProperty } = Object;
  const Time = Date;
  const Refused = TypeError;

  const clock = () => {
    throw new Refused("functions have no clock: make a `Date` of a time that the function is given");
  };
  const chance = () => {
    throw new Refused("functions have no random numbers: they find the same each time");
  };
  const value = (object, name, value) => {
    defineProperty(object, name, { value, writable: true, enumerable: false, configurable: true });
  };

  const Given = function Date(...parts) {
    if (new.target === undefined || parts.length === 0) clock();
    return construct(Time, parts, new.target);
  };
  defineProperty(Given, "prototype", { value: Time.prototype, writable: false });
  defineProperty(Given, "length", { value: 7 });
  value(Given, "now", clock);
  value(Given, "parse", Time.parse);
  value(Given, "UTC", Time.UTC);
  value(Time.prototype, "constructor", Given);
  value(globalThis, "Date", Given);
  value(Math, "random", chance);

  const silence = () => {};
  const console = {};
  for (const name of ["log", "info", "debug", "warn", "error"]) value(console, name, silence);
  value(globalThis, "console", console);

  return (key, value) => {
    if (typeof value === "number" && value - value !== 0) {
      throw new Refused(`${key === "" ? "it" : `\`${key}\``} is ${value}, which JSON does not have`);
    }
    return value;
  };
})();
