//! Where a body is cut into pieces.

use bytes::Bytes;

/// Where a body is cut into pieces, by its own offsets and not by those of the steps it is made of.
#[derive(Clone, Debug, Default)]
pub(crate) enum Pieces {
    /// A step is a piece.
    #[default]
    Whole,
    /// Behind every so many bytes.
    Every(usize),
    /// Behind these offsets, in rising order.
    At(Vec<usize>),
}

impl Pieces {
    pub(crate) fn cut_at(&mut self, offset: usize) {
        match self {
            Self::At(cuts) => {
                cuts.push(offset);
                cuts.sort_unstable();
            }
            _ => *self = Self::At(vec![offset]),
        }
    }

    /// Takes the next piece off `bytes`, which begin at `offset` of the body.
    pub(crate) fn take(&self, bytes: &mut Bytes, offset: usize) -> Bytes {
        let length = match self {
            Self::Whole => bytes.len(),
            Self::Every(size) => size - offset % size,
            Self::At(cuts) => cuts.iter().find(|cut| **cut > offset).map_or(bytes.len(), |cut| cut - offset),
        };
        bytes.split_to(length.min(bytes.len()))
    }
}
