//! User agents: long ones, short ones, odd ones.

use super::dice::Dice;
use super::text::push_number;

/// A browser of one client. It stays the same when the client tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Browser {
    family: Family,
    build: u16,
}

/// What stands before and after the build number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Family(&'static str, &'static str);

impl Browser {
    pub(super) fn any(dice: &mut Dice) -> Self {
        let build = u16::try_from(dice.below(400)).unwrap_or(0);
        Self { family: dice.pick(&BROWSERS), build }
    }

    pub(super) fn push(self, out: &mut String) {
        out.push_str(self.family.0);
        push_number(out, u64::from(self.build));
        out.push_str(self.family.1);
    }
}

const BROWSERS: [Family; 16] = [
    Family(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_4) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.",
        " Safari/537.36",
    ),
    Family(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.",
        " Safari/537.36",
    ),
    Family(
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/63.0.3239.",
        " Safari/537.36",
    ),
    Family(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/65.0.3325.",
        " Safari/537.36",
    ),
    Family("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:58.0) Gecko/20100101 Firefox/58.0.", ""),
    Family(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.13; rv:59.0) Gecko/20100101 Firefox/59.0.",
        "",
    ),
    Family(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_3) AppleWebKit/604.5.",
        " (KHTML, like Gecko) Version/11.0.3 Safari/604.5.6",
    ),
    Family(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/58.0.3029.110 Safari/537.36 Edge/16.16",
        "",
    ),
    Family("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.", ") like Gecko"),
    Family(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 11_2_6 like Mac OS X) AppleWebKit/604.5.6 (KHTML, like Gecko) Version/11.0 Mobile/15D",
        " Safari/604.1",
    ),
    Family(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 11_2_6 like Mac OS X) AppleWebKit/604.5.6 (KHTML, like Gecko) Mobile/15D",
        " MicroMessenger/6.6.3 NetType/WIFI Language/zh_CN",
    ),
    Family(
        "Mozilla/5.0 (Linux; Android 7.1.1; OPPO R11 Build/NMF26X; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/57.0.2987.132 MQQBrowser/6.2 TBS/0439",
        " Mobile Safari/537.36 MicroMessenger/6.6.5.1280(0x26060532) NetType/4G Language/zh_CN MicroMessenger/6.6.5.1280(0x26060532) NetType/4G Language/zh_CN",
    ),
    Family(
        "Mozilla/5.0 (Linux; Android 8.0.0; SM-G950F Build/R16NW) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.",
        " Mobile Safari/537.36",
    ),
    Family(
        "Mozilla/5.0 (Linux; U; Android 6.0.1; zh-cn; MI NOTE LTE Build/MMB29M) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/53.0.2785.146 Mobile Safari/537.36 XiaoMi/MiuiBrowser/9.4.",
        "",
    ),
    Family("okhttp/3.9.", ""),
    Family("Dashboard/2.4.", " CFNetwork/894 Darwin/17.4.0"),
];

pub(super) const BOTS: [&str; 9] = [
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.9.0.6) Gecko/2009011913",
    "Mozilla/4.0 (compatible; MSIE 6.0; \\x22Custom\\x22; .NET CLR 1.1.4322)",
    "ApacheBench/2.3",
    "Wget/1.12 (linux-gnu)",
    "python-requests/2.18.4",
    "Mozilla/5.0 zgrab/0.x (\\xE4\\xBD\\xA0\\xE5\\xA5\\xBD)",
];
