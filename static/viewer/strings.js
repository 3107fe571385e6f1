/**
 * Every word the viewer says, by language. Another language is another entry with the same keys (a test sees to it);
 * what is asked for in a language that is not here is said in Vietnamese.
 */

const vi = {
  stage: (/** @type {string} */ tour) => `Ảnh toàn cảnh: ${tour}`,
  panorama: 'ảnh toàn cảnh 360°',
  keys:
    'Phím mũi tên: xoay, với Shift nhanh hơn. + −: phóng to, thu nhỏ. Home: góc nhìn ban đầu. ' +
    'Page Up, Page Down: đổi cảnh. F: toàn màn hình.',
  hotspots: 'Điểm tương tác',
  skip: 'Bỏ qua điểm tương tác',
  controls: 'Điều khiển',
  scenes: 'Danh sách cảnh',
  sceneCount: (/** @type {number} */ n) => `${n} cảnh`,
  sceneOf: (/** @type {number} */ n, /** @type {number} */ all) => `cảnh ${n}/${all}`,
  arrived: (/** @type {string} */ scene, /** @type {number} */ n, /** @type {number} */ all, /** @type {number} */ spots) =>
    `Cảnh ${n}/${all}: ${scene}, ${spots} điểm tương tác`,
  toScene: (/** @type {string} */ scene) => `Sang cảnh: ${scene}`,
  otherScene: 'Cảnh khác',
  card: (/** @type {string} */ title) => `Thông tin: ${title}`,
  productCard: (/** @type {string} */ title) => `Sản phẩm: ${title}`,
  area: (/** @type {string} */ title) => `Vùng: ${title}`,
  website: (/** @type {string} */ title) => `Mở trang: ${title}`,
  call: (/** @type {string} */ title) => `Gọi: ${title}`,
  facing: (/** @type {string} */ where) => `nhìn hướng ${where}`,
  winds: ['bắc', 'đông bắc', 'đông', 'đông nam', 'nam', 'tây nam', 'tây', 'tây bắc'],
  northLetter: 'B',
  turnNorth: 'Quay về hướng bắc',
  share: 'Chia sẻ góc nhìn này',
  copied: 'Đã chép liên kết của góc nhìn này',
  copyThis: 'Liên kết của góc nhìn này',
  fullScreen: 'Toàn màn hình',
  leaveFullScreen: 'Thoát toàn màn hình',
  menu: 'Mở trình đơn',
  moving: 'Nút xoay và phóng to',
  left: 'Xoay sang trái',
  right: 'Xoay sang phải',
  up: 'Ngẩng lên',
  down: 'Cúi xuống',
  zoomIn: 'Phóng to',
  zoomOut: 'Thu nhỏ',
  close: 'Đóng',
  retry: 'Thử lại',
  wheel: 'Bấm vào ảnh rồi lăn chuột để phóng to',
  loading: 'Đang tải ảnh toàn cảnh',
  noTour: 'Chưa tải được tour. Kiểm tra kết nối mạng rồi thử lại.',
  noScenes: 'Chưa tải được danh sách cảnh. Kiểm tra kết nối mạng rồi thử lại.',
  noTiles: 'Chưa tải được ảnh nét. Kiểm tra kết nối mạng rồi thử lại.',
  noScene: 'Cảnh trong liên kết không còn trong tour. Tour mở từ cảnh đầu.',
  maker: 'Chủ thể',
  address: 'Địa chỉ',
  decision: 'Công nhận',
  issuer: 'Nơi cấp',
  validity: 'Hiệu lực',
  stars: (/** @type {number} */ n) => `${n} sao`,
  validUntil: (/** @type {string} */ date) => `đến ${date}`,
  reassessed: 'đang đánh giá lại',
  sample: 'Dữ liệu mẫu',
  directions: 'Chỉ đường',
  phone: 'Gọi',
  trace: 'Truy xuất',
  shop: 'Mua hàng',
  web: 'Trang web',
  credit: (/** @type {string} */ who) => `Nguồn: ${who}`,
  transcript: 'Lời ghi',
};

/** @type {typeof vi} */
const en = {
  stage: (tour) => `Panorama: ${tour}`,
  panorama: '360° panorama',
  keys:
    'Arrow keys: turn, with Shift faster. + −: zoom. Home: initial view. ' +
    'Page Up, Page Down: other scenes. F: full screen.',
  hotspots: 'Hotspots',
  skip: 'Skip hotspots',
  controls: 'Controls',
  scenes: 'Scenes',
  sceneCount: (n) => (n === 1 ? '1 scene' : `${n} scenes`),
  sceneOf: (n, all) => `scene ${n}/${all}`,
  arrived: (scene, n, all, spots) => `Scene ${n}/${all}: ${scene}, ${spots === 1 ? '1 hotspot' : `${spots} hotspots`}`,
  toScene: (scene) => `Go to scene: ${scene}`,
  otherScene: 'Another scene',
  card: (title) => `Information: ${title}`,
  productCard: (title) => `Product: ${title}`,
  area: (title) => `Area: ${title}`,
  website: (title) => `Open website: ${title}`,
  call: (title) => `Call: ${title}`,
  facing: (where) => `facing ${where}`,
  winds: ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'],
  northLetter: 'N',
  turnNorth: 'Turn to the north',
  share: 'Share this view',
  copied: 'The link to this view has been copied',
  copyThis: 'Link to this view',
  fullScreen: 'Full screen',
  leaveFullScreen: 'Leave full screen',
  menu: 'Open the menu',
  moving: 'Buttons to turn and zoom',
  left: 'Turn left',
  right: 'Turn right',
  up: 'Look up',
  down: 'Look down',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  close: 'Close',
  retry: 'Try again',
  wheel: 'Click the picture, then scroll to zoom',
  loading: 'Loading the panorama',
  noTour: 'The tour did not load. Check the connection and try again.',
  noScenes: 'The list of scenes did not load. Check the connection and try again.',
  noTiles: 'The sharp picture did not load. Check the connection and try again.',
  noScene: 'The scene of this link is no longer in the tour. The tour opens at its first scene.',
  maker: 'Maker',
  address: 'Address',
  decision: 'Recognised by',
  issuer: 'Issued by',
  validity: 'Valid',
  stars: (n) => (n === 1 ? '1 star' : `${n} stars`),
  validUntil: (date) => `until ${date}`,
  reassessed: 'being re-assessed',
  sample: 'Sample data',
  directions: 'Directions',
  phone: 'Call',
  trace: 'Trace origin',
  shop: 'Buy',
  web: 'Website',
  credit: (who) => `Credit: ${who}`,
  transcript: 'Transcript',
};

/** @typedef {typeof vi} Strings */

/** @type {Record<string, Strings>} */
export const STRINGS = { vi, en };

/** The words of a language; Vietnamese where it is unknown. @param {string} language */
export const stringsFor = (language) => STRINGS[language] ?? vi;

/**
 * A text of the document in a language or the best there is, and the language it then is in.
 * @param {import('./types.js').Text | null | undefined} text @param {string} language @param {string} fallback
 */
export function pick(text, language, fallback) {
  for (const lang of [language, fallback, 'vi', ...Object.keys(text ?? {})]) {
    const value = text?.[lang];
    if (value) return { value, lang };
  }
  return { value: '', lang: language };
}
