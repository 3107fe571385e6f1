"""What assistive technology is to be told, and in which order the keyboard is to go."""

from demo_site import PAGODA, VILLAGE

KEYS = (
    "Phím mũi tên: xoay, với Shift nhanh hơn. + −: phóng to, thu nhỏ. Home: góc nhìn ban đầu. "
    "Page Up, Page Down: đổi cảnh. F: toàn màn hình."
)

FIRST_VIEW = f"""
region "Ảnh toàn cảnh 360°: Chùa cổ bên Núi Sam"
  heading "Chùa cổ bên Núi Sam" [level=1]
  paragraph: Cổng tam quan · cảnh 1/4 · nhìn hướng bắc
  button "Nghe thuyết minh"
  application "Cổng tam quan, cảnh 1/4"
  paragraph: {KEYS}
  button "Bỏ qua điểm tương tác"
  list "Điểm tương tác"
    listitem
      button "Thông tin: Ba lối vào chùa"
    listitem
      link "Sang cảnh: Vào sân chùa"
    listitem
      button "Thông tin: Cây phượng"
    listitem
      button "Thông tin: Dãy phố hành hương"
    listitem
      link "Chỉ đường: Chùa cổ bên Núi Sam (vị trí mẫu)"
    listitem
      button "Thông tin: Xe nước thốt nốt"
  group "Điều khiển"
    link "EN – English"
    button "Danh sách cảnh"
    button "Bản đồ"
    button "Tham quan có thuyết minh"
    button "Chia sẻ góc nhìn này"
    button "Toàn màn hình"
    button "Mở trình đơn"
  navigation "Danh sách cảnh"
    list
      listitem
        link "Cổng tam quan"
      listitem
        link "Sân chùa"
      listitem
        link "Chánh điện"
      listitem
        link "Đài ngắm cảnh Núi Sam"
  button "Quay về hướng bắc, nhìn hướng bắc"
  button "Phóng to"
  button "Thu nhỏ"
  button "Nút xoay và phóng to"
  paragraph
"""
"""The stage of the pagoda as it opens on a desktop."""

CARD = """
dialog "Ba lối vào chùa"
  button "Đóng"
  heading "Ba lối vào chùa" [level=2]
  paragraph: Tam quan nghĩa là cổng ba cửa, nếp quen của chùa Việt. Nhà chùa thường giảng ba cửa là ba lối buông bỏ \
để tâm được nhẹ; khách đến lễ hay đi cửa bên, cửa giữa để dành cho dịp lễ lớn.
  paragraph: Hai cửa bên ở đây đề chữ Từ bi và Trí tuệ: thương người, và hiểu cho đúng.
"""

MAP = """
region "Bản đồ"
  combobox "Bản đồ"
    option "Bản đồ"
    option "Chân núi" [selected]
    option "Trên núi"
  button "Danh sách cảnh"
  button "Đóng"
  img "Sơ đồ chùa nhìn từ trên cao: phố ở phía nam, cổng tam quan, sân với hồ sen và lầu chuông, chánh điện ở phía bắc"
  slider "Hướng nhìn"
  list "Danh sách cảnh"
    listitem
      link "Cổng tam quan"
    listitem
      link "Sân chùa"
    listitem
      link "Chánh điện"
  button "Phóng to"
  button "Thu nhỏ" [disabled]
"""

COURT = """
list "Điểm tương tác"
  listitem
    button "Thông tin: Đôi rồng trên nóc"
  listitem
    link "Sang cảnh: Vào chánh điện"
  listitem
    link "Sang cảnh: Lên đài ngắm cảnh"
  listitem
    button "Thông tin: Lư hương đồng"
  listitem
    button "Thông tin: Lầu chuông"
  listitem
    button "Âm thanh: Tiếng chuông"
  listitem
    button "Thông tin: Bia đá lưng rùa"
  listitem
    link "Sang cảnh: Ra cổng tam quan"
  listitem
    button "Vùng: Hồ sen"
  listitem
    button "Thông tin: Tượng Quan Âm"
"""
"""The hotspots of the pagoda's second scene: from left to right what is seen, then on around to the right."""

_GATE = [
    "Nghe thuyết minh",
    "Cổng tam quan, cảnh 1/4",
    "Bỏ qua điểm tương tác",
    "Thông tin: Ba lối vào chùa",
    "Sang cảnh: Vào sân chùa",
    "Thông tin: Cây phượng",
    "Thông tin: Dãy phố hành hương",
    "Chỉ đường: Chùa cổ bên Núi Sam (vị trí mẫu)",
    "Thông tin: Xe nước thốt nốt",
    "EN – English",
]
_LANDING = [
    "Bến sông, cảnh 1/3",
    "Bỏ qua điểm tương tác",
    "Thông tin: Lụa phơi trên sào",
    "Sang cảnh: Đến xưởng dệt lụa",
    "Sang cảnh: Đến cửa hàng OCOP",
    "Thông tin: Ghe có mắt",
    "Thông tin: Thánh đường bên kia sông",
    "Thông tin: Nhà bè nuôi cá",
    "EN – English",
]
# The last hotspot lies in the west, and turned the view to itself when the keyboard came to it.
_COMPASS = "Quay về hướng bắc, nhìn hướng tây"
_CORNER = [_COMPASS, "Phóng to", "Thu nhỏ", "Nút xoay và phóng to"]

STOPS = {
    PAGODA: {
        "desktop": [
            *_GATE,
            *("Danh sách cảnh", "Bản đồ", "Tham quan có thuyết minh", "Chia sẻ góc nhìn này", "Toàn màn hình"),
            "Mở trình đơn",
            *("Cổng tam quan", "Sân chùa", "Chánh điện", "Đài ngắm cảnh Núi Sam"),
            *_CORNER,
        ],
        "telephone": [*_GATE, "Mở trình đơn", "4 cảnh", _COMPASS, "Toàn màn hình"],
    },
    VILLAGE: {
        "desktop": [
            *_LANDING,
            *("Danh sách cảnh", "Bản đồ", "Chia sẻ góc nhìn này", "Toàn màn hình"),
            "Mở trình đơn",
            *("Bến sông", "Xưởng dệt lụa", "Cửa hàng OCOP"),
            *_CORNER,
        ],
        "telephone": [*_LANDING, "Mở trình đơn", "3 cảnh", _COMPASS, "Toàn màn hình"],
    },
}
"""Where the Tab key stops in the stage of a tour's first scene, by screen."""
