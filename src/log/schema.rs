//! How a table is described: columns with kinds and docs, a total order, and a cell for each column of a row.

/// The kind of a column. Three are enough, and every engine agrees on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// A 64-bit signed integer (`BIGINT`); times are microseconds since the epoch, UTC.
    Int,
    /// True or false.
    Bool,
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name; a time ends in `_us`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a cell may be absent. Absent is never 0 and never the empty string.
    pub nullable: bool,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

/// The value of one column in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell<'a> {
    /// Nothing is known.
    Null,
    /// Text.
    Text(&'a str),
    /// An integer.
    Int(i64),
    /// True or false.
    Bool(bool),
}

/// A row of a table of the log.
pub trait Row: Sized {
    /// The table's name, which is also its folder.
    const TABLE: &'static str;
    /// What one row stands for.
    const GRAIN: &'static str;
    /// The columns in the order they are written.
    const COLUMNS: &'static [Column];
    /// The columns that put the rows in a total order.
    const ORDER: &'static [&'static str];
    /// The value of column `index` of [`Row::COLUMNS`].
    fn cell(&self, index: usize) -> Cell<'_>;
    /// A row from cells in the order of [`Row::COLUMNS`]; `None` where a cell has the wrong kind or is wrongly absent.
    fn from_cells(cells: &[Cell<'_>]) -> Option<Self>;
}

/// How a Rust field becomes a cell and comes back.
pub(crate) trait Field: Sized {
    const KIND: Kind;
    const NULLABLE: bool;
    fn cell(&self) -> Cell<'_>;
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl Field for String {
    const KIND: Kind = Kind::Text;
    const NULLABLE: bool = false;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl Field for i64 {
    const KIND: Kind = Kind::Int;
    const NULLABLE: bool = false;
    fn cell(&self) -> Cell<'_> {
        Cell::Int(*self)
    }
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(value),
            _ => None,
        }
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Bool;
    const NULLABLE: bool = false;
    fn cell(&self) -> Cell<'_> {
        Cell::Bool(*self)
    }
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bool(value) => Some(value),
            _ => None,
        }
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, Field::cell)
    }
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            known => T::from_cell(known).map(Some),
        }
    }
}

/// Declares a table once: the row struct, its columns with their docs, its grain and its order.
macro_rules! table {
    (
        $(#[doc = $grain:literal])+
        $row:ident in $table:literal ordered by [$($order:literal),+ $(,)?] {
            $( #[doc = $doc:literal] $field:ident : $kind:ty, )+
        }
    ) => {
        $(#[doc = $grain])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $row { $( #[doc = $doc] pub $field: $kind, )+ }

        impl $crate::log::Row for $row {
            const TABLE: &'static str = $table;
            const GRAIN: &'static str = concat!($($grain),+);
            const COLUMNS: &'static [$crate::log::Column] = &[
                $( $crate::log::Column {
                    name: stringify!($field),
                    kind: <$kind as $crate::log::schema::Field>::KIND,
                    nullable: <$kind as $crate::log::schema::Field>::NULLABLE,
                    doc: $doc,
                }, )+
            ];
            const ORDER: &'static [&'static str] = &[$($order),+];

            fn cell(&self, index: usize) -> $crate::log::Cell<'_> {
                let cells: &[fn(&Self) -> $crate::log::Cell<'_>] =
                    &[$( |row| $crate::log::schema::Field::cell(&row.$field), )+];
                cells[index](self)
            }

            fn from_cells(cells: &[$crate::log::Cell<'_>]) -> Option<Self> {
                let mut cells = cells.iter().copied();
                Some(Self { $( $field: $crate::log::schema::Field::from_cell(cells.next()?)?, )+ })
            }
        }
    };
}
pub(crate) use table;
