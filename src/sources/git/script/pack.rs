//! Objects of a script, and the pack that they are written to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use gix::ObjectId;
use gix::objs::Kind;
use gix::zlib::stream::deflate::{Compress, FlushCompress};
use gix::zlib::{Compression, Status};

use super::ScriptError;

/// Every object of a script, in memory.
#[derive(Debug, Default)]
pub(super) struct Objects {
    all: HashMap<ObjectId, (Kind, Vec<u8>)>,
    /// In the order they were made, so that the pack is the same every time.
    unwritten: Vec<ObjectId>,
    omitted: BTreeSet<ObjectId>,
}

impl Objects {
    pub(super) fn put(&mut self, kind: Kind, bytes: Vec<u8>) -> ObjectId {
        let id = gix::objs::compute_hash(gix::hash::Kind::Sha1, kind, &bytes)
            .expect("only a crafted collision makes hashing fail");
        if let std::collections::hash_map::Entry::Vacant(place) = self.all.entry(id) {
            place.insert((kind, bytes));
            self.unwritten.push(id);
        }
        id
    }

    pub(super) fn get(&self, id: ObjectId) -> Option<&[u8]> {
        self.all.get(&id).map(|(_, bytes)| bytes.as_slice())
    }

    pub(super) fn omit(&mut self, id: ObjectId) {
        self.omitted.insert(id);
    }

    pub(super) fn tree_of(&self, commit: ObjectId) -> Result<ObjectId, ScriptError> {
        let hex = self.get(commit).and_then(|bytes| bytes.strip_prefix(b"tree ")?.get(..40));
        hex.and_then(|hex| ObjectId::from_hex(hex).ok())
            .ok_or_else(|| ScriptError::Object { id: commit, why: "it is no commit of this script".to_owned() })
    }

    /// Writes what is not written yet as one pack with its index.
    pub(super) fn write_pack(&mut self, folder: &Path) -> Result<(), ScriptError> {
        let ids: Vec<ObjectId> = self.unwritten.drain(..).filter(|id| !self.omitted.contains(id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let mut pack = b"PACK\0\0\0\x02".to_vec();
        pack.extend_from_slice(&u32_of(ids.len()));
        let mut places: BTreeMap<ObjectId, (u32, u32)> = BTreeMap::new();
        let mut compress = Compress::new(Compression::BEST_SPEED);
        for id in &ids {
            let (kind, bytes) = &self.all[id];
            let start = pack.len();
            entry_header(&mut pack, *kind, bytes.len());
            deflate(&mut compress, bytes, &mut pack);
            places.insert(*id, (crc32(&pack[start..]), u32::from_be_bytes(u32_of(start))));
        }
        let pack_hash = hash(&pack);
        pack.extend_from_slice(pack_hash.as_slice());

        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=255_u8 {
            index.extend_from_slice(&u32_of(places.keys().filter(|id| id.first_byte() <= first).count()));
        }
        for id in places.keys() {
            index.extend_from_slice(id.as_slice());
        }
        for (crc, _) in places.values() {
            index.extend_from_slice(&crc.to_be_bytes());
        }
        for (_, offset) in places.values() {
            index.extend_from_slice(&offset.to_be_bytes());
        }
        index.extend_from_slice(pack_hash.as_slice());
        let index_hash = hash(&index);
        index.extend_from_slice(index_hash.as_slice());

        for (ending, bytes) in [("pack", pack), ("idx", index)] {
            let path = folder.join(format!("pack-{pack_hash}.{ending}"));
            fs::write(&path, bytes).map_err(|why| ScriptError::Io { path, why })?;
        }
        Ok(())
    }
}

/// A pack of a script never comes near 2 GB, where offsets would need another form.
fn u32_of(count: usize) -> [u8; 4] {
    u32::try_from(count).expect("a script's pack is smaller than 4 GB").to_be_bytes()
}

fn entry_header(out: &mut Vec<u8>, kind: Kind, size: usize) {
    let kind: u8 = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    let low = |bits: usize, mask: usize| u8::try_from(bits & mask).expect("masked to fewer than eight bits");
    let mut byte = (kind << 4) | low(size, 0x0f);
    let mut rest = size >> 4;
    while rest > 0 {
        out.push(byte | 0x80);
        byte = low(rest, 0x7f);
        rest >>= 7;
    }
    out.push(byte);
}

fn deflate(compress: &mut Compress, bytes: &[u8], out: &mut Vec<u8>) {
    compress.reset();
    let start = out.len();
    // Deflate adds at most a few bytes per 16 KB to what it cannot shrink.
    out.resize(start + bytes.len() + bytes.len() / 1000 + 64, 0);
    let status = compress.compress(bytes, &mut out[start..], FlushCompress::Finish);
    assert!(matches!(status, Ok(Status::StreamEnd)), "the room for a compressed object is always enough");
    let written = usize::try_from(compress.total_out()).expect("no more than the room that was made");
    out.truncate(start + written);
}

fn hash(bytes: &[u8]) -> ObjectId {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().expect("only a crafted collision makes hashing fail")
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0_u32; 256];
    let mut place = 0;
    while place < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "place stays below 256")]
        let mut value = place as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[place] = value;
        place += 1;
    }
    table
};

/// The checksum that a pack's index holds per object.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| CRC_TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}
