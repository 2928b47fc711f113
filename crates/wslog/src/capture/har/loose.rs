//! Values of a HAR that may have any type: a wrong one is as good as none.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What a [`Loose`] can be made of. Each way to one is closed unless it is written down.
pub(super) trait FromJson: Sized {
    fn from_text(_: String) -> Option<Self> {
        None
    }

    fn from_number(_: f64) -> Option<Self> {
        None
    }

    /// # Errors
    /// Only what is wrong with the text of the object.
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        skip_object(object)?;
        Ok(None)
    }

    /// # Errors
    /// Only what is wrong with the text of the array.
    fn from_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Option<Self>, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

fn skip_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<(), A::Error> {
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// A value, if it has the type that it should have.
pub(super) struct Loose<T>(pub(super) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Loose<T> {
        Loose(None)
    }
}

impl<'de, T: FromJson> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose<T>, D::Error> {
        deserializer.deserialize_any(LooseVisitor(std::marker::PhantomData)).map(Loose)
    }
}

struct LooseVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: FromJson> Visitor<'de> for LooseVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<T>, E> {
        Ok(None)
    }

    #[expect(clippy::cast_precision_loss, reason = "a duration in milliseconds is far smaller")]
    fn visit_i64<E>(self, number: i64) -> Result<Option<T>, E> {
        Ok(T::from_number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "a duration in milliseconds is far smaller")]
    fn visit_u64<E>(self, number: u64) -> Result<Option<T>, E> {
        Ok(T::from_number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<T>, E> {
        Ok(T::from_number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
        Ok(T::from_text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Option<T>, E> {
        Ok(T::from_text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Option<T>, A::Error> {
        T::from_object(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Option<T>, A::Error> {
        T::from_array(array)
    }
}

impl FromJson for String {
    fn from_text(text: String) -> Option<String> {
        Some(text)
    }
}

impl FromJson for f64 {
    fn from_number(number: f64) -> Option<f64> {
        Some(number)
    }

    /// Some exporters write numbers as text.
    fn from_text(text: String) -> Option<f64> {
        text.trim().parse().ok()
    }
}
