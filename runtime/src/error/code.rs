//! The table of error codes: code ↔ HTTP status ↔ message in each language.
//!
//! The codes are the original framework's where they mean something, each in one spelling. They are
//! part of the public contract: a code may be added, never renamed or given another status.

use serde::{Deserialize, Serialize};

/// Language of the messages that come with error codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh")]
    Chinese,
}

/// A stable code that a client may branch on, with its HTTP status and its default messages.
///
/// Two codes are equal when their spelling is. An application defines its own with
/// [`ErrorCode::new`]:
///
/// ```
/// use cloudapp_runtime::error::ErrorCode;
/// const NOTE_LOCKED: ErrorCode = ErrorCode::new("note_locked", 409, "The note is locked", "笔记已锁定");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ErrorCode {
    code: &'static str,
    status: u16,
    english: &'static str,
    chinese: &'static str,
}

impl ErrorCode {
    /// A code of your own: its spelling, HTTP status, and message in English and Chinese.
    #[must_use]
    pub const fn new(
        code: &'static str,
        status: u16,
        english: &'static str,
        chinese: &'static str,
    ) -> Self {
        Self {
            code,
            status,
            english,
            chinese,
        }
    }

    /// The spelling, e.g. `param_error`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.code
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.status
    }

    /// The default message for end users.
    #[must_use]
    pub const fn message(self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

impl PartialEq for ErrorCode {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for ErrorCode {}

macro_rules! error_codes {
    ($(
        $(#[$doc:meta])+
        $name:ident = $code:literal, $status:literal, $english:literal, $chinese:literal;
    )+) => {
        impl ErrorCode {
            $(
                $(#[$doc])+
                pub const $name: ErrorCode = ErrorCode::new($code, $status, $english, $chinese);
            )+

            /// Every code of the framework, in the order of the table.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),+];
        }
    };
}

error_codes! {
    /// A parameter is missing, malformed or out of range.
    PARAM_ERROR = "param_error", 400, "A parameter is missing or wrong", "参数错误";
    /// The time stamp of a signed request is too old or in the future.
    TIMESTAMP = "timestamp", 400, "The time stamp of the request is not acceptable", "请求时间戳无效";
    /// The signature or encryption of a request does not fit the application's key.
    ENCRYPT_ERROR = "encrypt_error", 400, "The request could not be verified", "请求验签失败";
    /// No session, or one that has ended.
    UNAUTHORIZED = "unauthorized", 401, "Please log in", "请先登录";
    /// User name or password is wrong, or the platform refused the login code.
    LOGIN_FAILED = "login_failed", 401, "Login failed", "登录失败";
    /// The password fits, and the account asks for a code of its authenticator too.
    TOTP_REQUIRED = "totp_required", 401, "Please enter the code of your authenticator", "请输入动态验证码";
    /// Identity, tenant or permission does not allow it.
    NO_POWER = "no_power", 403, "You may not do this", "没有权限";
    /// The user has not authorised the application to read his profile.
    NO_AUTHORIZE = "no_authorize", 403, "Please authorise first", "请先授权";
    /// The user is black-listed.
    USER_EXCEPTION = "user_exception", 403, "This account is restricted", "账号异常";
    /// The request came from a page that may not call us.
    REFERER_ERROR = "referer_error", 403, "The request came from a place that is not allowed", "来源不合法";
    /// The request looks like an attack.
    ATTACK_ERROR = "attack_error", 403, "The request was refused", "请求被拒绝";
    /// No such thing, or not the caller's.
    NOT_FOUND = "not_found", 404, "Not found", "未找到";
    /// No such tenant.
    NO_APP = "no_app", 404, "There is no such application", "应用不存在";
    /// No such activity.
    NO_ACT = "no_act", 404, "There is no such activity", "活动不存在";
    /// No such module of the activity.
    NO_MODULE = "no_module", 404, "There is no such module", "活动模块不存在";
    /// No such user.
    NO_USER = "no_user", 404, "There is no such user", "用户不存在";
    /// No such winning of this user.
    NO_USER_PRIZE = "no_user_prize", 404, "There is no such prize", "奖品不存在";
    /// The route exists, the method does not.
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, "This method is not allowed here", "请求方法不允许";
    /// The present state of the thing does not allow it.
    CONFLICT = "conflict", 409, "This conflicts with what is already there", "数据冲突";
    /// The idempotency key was used before with another request.
    IDEMPOTENCY_CONFLICT = "idempotency_conflict", 409, "The idempotency key was used for another request", "幂等键冲突";
    /// A balance would go below zero.
    NO_ENOUGH = "no_enough", 409, "The balance is not sufficient", "余额不足";
    /// The change would bring a balance above its limit.
    OVER_LIMIT = "over_limit", 409, "The balance would exceed its limit", "超出数量上限";
    /// The same thing is just being done by another request.
    ACQUIRE_LOCK = "acquire_lock", 409, "The system is busy with the same request, please try again", "操作过于频繁，请稍后重试";
    /// The body is larger than `server.body_limit_bytes`.
    PAYLOAD_TOO_LARGE = "payload_too_large", 413, "The request is too large", "请求内容过大";
    /// The address is longer than any route needs.
    URI_TOO_LONG = "uri_too_long", 414, "The address is too long", "请求地址过长";
    /// The body is not of the type that the route reads.
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", 415, "This content type is not supported", "不支持的内容类型";
    /// Too many requests by this user or address.
    CURRENT_LIMIT = "current_limit", 429, "Too many requests, please try again later", "请求过于频繁，请稍后重试";
    /// Too many requests to the whole system.
    GLOBAL_CURRENT_LIMIT = "global_current_limit", 429, "The system is very busy, please try again later", "活动太火爆了，请稍后重试";
    /// The user was banned for malicious requests.
    MALICE_REQUEST_USER = "malice_request_1", 429, "Malicious requests were detected", "检测到恶意请求";
    /// The address was banned for malicious requests.
    MALICE_REQUEST_IP = "malice_request_2", 429, "Malicious requests were detected", "检测到恶意请求";
    /// A defect or an outage on our side.
    INTERNAL = "internal", 500, "Something went wrong on our side", "系统异常";
    /// A resource such as a database connection is not to be had at the moment.
    BUSY = "busy", 503, "The system is busy, please try again later", "系统繁忙，请稍后重试";
    /// The request took longer than `server.request_timeout_s`.
    TIMEOUT = "timeout", 503, "The request took too long", "请求超时";
}
