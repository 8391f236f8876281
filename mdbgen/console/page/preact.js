// The library that draws, under the names that the other modules import.

/** @type {any} */
const library = globalThis["htmPreact"];
export const { html, render, createContext, useContext, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState, useCallback } = library;
