/** What saving a tour for a time without a network says; apart from strings.js, because it is loaded with offline.js. */

const vi = {
  save: 'Lưu để xem khi không có mạng',
  size: (/** @type {string} */ mb) => `Khoảng ${mb} MB trên máy này`,
  start: 'Bắt đầu lưu',
  saving: (/** @type {string} */ percent) => `Đang lưu: ${percent} %`,
  stop: 'Dừng lưu',
  stopped: 'Đã dừng. Phần đã tải vẫn còn trên máy; lưu lần nữa để tải tiếp.',
  saved: 'Đã lưu. Tour này mở được khi không có mạng.',
  previewsOnly: 'Máy chỉ giữ ảnh xem trước của tour này, vì ảnh nét quá lớn.',
  update: 'Lưu bản mới',
  outdated: 'Bản đã lưu cũ hơn tour đang xem.',
  remove: 'Xóa bản đã lưu',
  removed: 'Đã xóa bản lưu trên máy này.',
  room: 'Chưa lưu được: máy không đủ chỗ trống. Xóa bớt dữ liệu rồi thử lại.',
  network: 'Chưa lưu xong vì mất mạng. Khi có mạng, lưu lần nữa để tải tiếp.',
  changed: 'Tour vừa có bản mới. Tải lại trang rồi lưu.',
  forbidden: 'Trình duyệt này không cho giữ tour trên máy. Mở tour trong một thẻ riêng, không ở chế độ ẩn danh, rồi thử lại.',
};

/** @type {typeof vi} */
const en = {
  save: 'Save for viewing without a connection',
  size: (mb) => `About ${mb} MB on this device`,
  start: 'Start saving',
  saving: (percent) => `Saving: ${percent}%`,
  stop: 'Stop saving',
  stopped: 'Stopped. What was loaded stays on the device; save again to go on.',
  saved: 'Saved. This tour opens without a connection.',
  previewsOnly: 'Only the previews of this tour are kept, because its sharp pictures are too large.',
  update: 'Save the new version',
  outdated: 'The saved version is older than the tour you are viewing.',
  remove: 'Remove the saved version',
  removed: 'The saved version has been removed from this device.',
  room: 'Not saved: there is too little room on the device. Free some and try again.',
  network: 'Not saved completely, because the connection was lost. Once it is back, save again to go on.',
  changed: 'The tour has just been updated. Reload the page, then save.',
  forbidden: 'This browser does not let the tour be kept here. Open it in a tab of its own, not in private mode, and try again.',
};

/** @type {Record<string, typeof vi>} */
export const OFFLINE_STRINGS = { vi, en };

/** The words of a language; Vietnamese where it is unknown. @param {string} language */
export const offlineStringsFor = (language) => OFFLINE_STRINGS[language] ?? vi;

/** Bytes as people read them, in MB: one decimal below ten. @param {number} bytes @param {string} language */
export const megabytes = (bytes, language) =>
  (bytes / 1e6).toLocaleString(language, { maximumFractionDigits: bytes < 1e7 ? 1 : 0 });
