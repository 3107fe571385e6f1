/**
 * Web Mercator, the projection of street maps: x and y in parts of the world's width, from 180° west and from about
 * 85° north. It keeps angles, so that within a place a drawing of it is true to scale in every direction.
 *
 * @typedef {{lat: number, lon: number}} Position  WGS 84, in degrees
 */

import { RADIAN, clamp } from '../projection.js';

const EQUATOR_M = 40_075_016.7;
/** Here the projected world is a square. */
const NORTHERNMOST_DEG = 85.0511;
export const TILE_PX = 256;

/** @param {Position} at */
export function project({ lat, lon }) {
  const up = clamp(lat, -NORTHERNMOST_DEG, NORTHERNMOST_DEG) * RADIAN;
  return { x: (lon + 180) / 360, y: 0.5 - Math.log(Math.tan(Math.PI / 4 + up / 2)) / (2 * Math.PI) };
}

/** The inverse of `project`. @param {{x: number, y: number}} at @returns {Position} */
export const unproject = ({ x, y }) => ({
  lat: (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / RADIAN,
  lon: x * 360 - 180,
});

/** How many metres the width of the projected world stands for at a latitude. @param {number} lat */
export const worldMetres = (lat) => EQUATOR_M * Math.cos(lat * RADIAN);
